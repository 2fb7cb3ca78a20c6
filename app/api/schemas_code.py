"""The wire shapes of programs and of files with parameters."""

from typing import Literal

from pydantic import Field

from app.api.schemas import Answer, Count, NetworkReference, Request, TraceRequest


class CodeRequest(TraceRequest):
    """What to write, and for which library."""

    takes_tensors = False

    target: Literal["numpy", "keras", "pytorch", "curl"]
    base_url: str | None = Field(
        None,
        description="For curl: where the server is, such as `https://vitrine.example`; by default, where it was asked.",
    )


class ParameterFileRequest(Request):
    """Which network's parameters to send, and in which format; the programs of `/code` read npz."""

    takes_tensors = True

    network: NetworkReference
    format: Literal["npz", "safetensors"] = "npz"


class ParametersFile(Answer):
    """The file beside a program; `/parameters/file` has it."""

    needed: bool = Field(description="Whether the program reads it; otherwise the numbers are in the code.")
    filename: str
    bytes: Count = Field(description="Of the parameters in it; the file is a little larger.")


class CodeAnswer(Answer):
    """A program, or a shell command; running it prints the name and the values of every layer."""

    target: Literal["numpy", "keras", "pytorch", "curl"]
    language: Literal["python", "shell"]
    filename: str
    code: str
    parameters_file: ParametersFile
    notes: list[str] = Field(description="What to know before running it.")
