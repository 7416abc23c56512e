"""Refusals in the shape of OpenAI's API: {"error": {"message", "type", "param", "code"}}."""

from __future__ import annotations

from typing import Any

from aiohttp import web


class ApiError(Exception):
    """A request that is refused; the caller reads all of its fields."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.kind, self.param, self.code = message, status, kind, param, code

    def body(self) -> dict[str, Any]:
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}

    def response(self) -> web.Response:
        return web.json_response(self.body(), status=self.status)


def unauthorised(*, offered: bool) -> ApiError:
    message = "Incorrect API key provided." if offered else "You didn't provide an API key."
    return ApiError(message, status=401, code="invalid_api_key" if offered else None)


def no_such_file(file_id: str) -> ApiError:
    return ApiError(f"No such File object: {file_id}", status=404, param="id")


def no_such_job(job_id: str) -> ApiError:
    message = f"Could not find fine tune: {job_id}"
    return ApiError(message, status=404, param="fine_tune_id", code="fine_tune_not_found")


def no_such_model(model: str) -> ApiError:
    message = f"The model `{model}` does not exist or you do not have access to it."
    return ApiError(message, status=404, param="model", code="model_not_found")
