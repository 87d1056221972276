"""The package that openapi-generator wrote for Python; `generated_client.py FOLDER URL`."""

import json
import sys

sys.path.insert(0, sys.argv[1])

import openapi_client as client
from openapi_client import models

api = client.ApiClient(client.Configuration(host=sys.argv[2]))
predictions = client.PredictionsApi(api)
review = models.PostPredictRequest(models.TextRequest(text="A wonderful film."))
reviews = models.PostPredictRequest(models.BatchRequest(texts=["Awful.", "Zxqv."]))
one = predictions.post_predict(review).actual_instance
batch = predictions.post_predict(reviews).actual_instance
explained = predictions.post_predict(review, explain=1).actual_instance
tensor = models.InputTensor(
    name="text", shape=[1], datatype="BYTES", data=[models.InputTensorDataInner("Awful.")]
)
inferred = client.OpenInferenceProtocolApi(api).post_v2_models_name_infer(
    "sentiment", models.InferenceRequest(inputs=[tensor])
)
again = models.PostPredictRequest.from_dict({"texts": ["Awful."]}).to_dict()
print(
    json.dumps(
        {
            "one": one.label,
            "batch": [each.label for each in batch.predictions],
            "explained": [each.word for each in explained.explanation.words],
            "infer": inferred.outputs[0].data,
            "from_dict": again,
        }
    )
)
