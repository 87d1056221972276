"""Triton's clients with their defaults, which are binary; `triton_sdk.py HOST:PORT`."""

import asyncio
import json
import sys

import numpy as np
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio

URL = sys.argv[1]
TEXTS = np.array(["A wonderful film.", "An awful one."], dtype=object)


def labels(reply):
    return [each if isinstance(each, str) else each.decode() for each in reply.as_numpy("label")]


def tensor(module, **options):
    found = module.InferInput("text", [2], "BYTES")
    found.set_data_from_numpy(TEXTS, **options)
    return [found]


def refused(call):
    try:
        call()
    except triton.InferenceServerException as error:
        return error.status()
    return None


def main():
    client = triton.InferenceServerClient(URL)
    packed = {
        f"{each} compression": labels(
            client.infer(
                "sentiment",
                tensor(triton),
                request_compression_algorithm=each,
                response_compression_algorithm=each,
            )
        )
        for each in ("gzip", "deflate")
    }
    reply = client.infer("sentiment", tensor(triton))
    statistics = client.get_inference_statistics("sentiment")["model_stats"][0]
    return {
        "defaults": labels(reply),
        "probabilities": reply.as_numpy("probabilities").shape,
        **packed,
        "json": labels(client.infer("sentiment", tensor(triton, binary_data=False))),
        "config": client.get_model_config("sentiment")["name"],
        "statistics": statistics["inference_count"] > 0,
        "index": client.get_model_repository_index()[0]["state"],
        "load": refused(lambda: client.load_model("other")),
        "shared memory": refused(client.get_system_shared_memory_status),
        "trace": refused(client.get_trace_settings),
    }


async def main_aio():
    async with triton_aio.InferenceServerClient(URL) as client:
        return {
            "aio": labels(await client.infer("sentiment", tensor(triton_aio))),
            "aio json": labels(
                await client.infer("sentiment", tensor(triton_aio, binary_data=False))
            ),
        }


print(json.dumps(main() | asyncio.run(main_aio())))
