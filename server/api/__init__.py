"""The JSON interface: predictions, facts about the model, health checks, the OpenAPI document."""
