"""KServe's SDK over both versions of its protocol; `kserve_sdk.py URL`."""

import asyncio
import json
import sys

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

URL = sys.argv[1]
TEXTS = ["A wonderful film.", "An awful one."]


async def main():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    found = {
        "live": await client.is_server_live(URL),
        "ready": await client.is_server_ready(URL),
        "model": await client.is_model_ready(URL, "sentiment"),
    }
    tensor = InferInput("text", [2], "BYTES", data=TEXTS)
    request = InferRequest(model_name="sentiment", infer_inputs=[tensor])
    reply = await client.infer(URL, request, model_name="sentiment")
    found["json"] = reply.outputs[0].data
    tensor = InferInput("text", [2], "BYTES")
    tensor.set_data_from_numpy(np.array(TEXTS, dtype=object), binary_data=True)
    request = InferRequest(model_name="sentiment", infer_inputs=[tensor])
    reply = await client.infer(URL, request, model_name="sentiment")
    found["binary"] = reply.outputs[0].data
    client = InferenceRESTClient(RESTConfig(protocol="v1"))
    reply = await client.infer(URL, {"instances": TEXTS}, model_name="sentiment")
    found["v1"] = [each["label"] for each in reply["predictions"]]
    found["v1 model"] = await client.is_model_ready(URL, "sentiment")
    print(json.dumps(found))


asyncio.run(main())
