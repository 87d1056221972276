"""The package that openapi-python-client wrote; `python_client.py FOLDER URL`."""

import json
import sys

sys.path.insert(0, sys.argv[1])

from client import Client, models
from client.api.open_inference_protocol import post_v2_models_name_infer
from client.api.predictions import post_predict

client = Client(base_url=sys.argv[2])
one = post_predict.sync(client=client, body=models.TextRequest(text="A wonderful film."))
batch = post_predict.sync(client=client, body=models.BatchRequest(texts=["Awful.", "Zxqv."]))
explained = post_predict.sync(
    client=client,
    body=models.TextRequest(text="A wonderful film."),
    explain=models.PostPredictExplain.VALUE_1,
)
tensor = models.InputTensor(name="text", shape=[1], datatype="BYTES", data=["Awful."])
inferred = post_v2_models_name_infer.sync(
    "sentiment", client=client, body=models.InferenceRequest(inputs=[tensor])
)
problem = post_predict.sync(client=client, body=models.TextRequest(text=""))
print(
    json.dumps(
        {
            "one": one.label,
            "batch": [each.label for each in batch.predictions],
            "explained": [each.word for each in explained.explanation.words],
            "infer": inferred.outputs[0].data,
            "problem": problem.code,
        }
    )
)
