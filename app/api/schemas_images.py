"""The wire shapes of pictures as inputs."""

from pydantic import Field

from app.api.schemas import Answer, Count, NetworkReference, Request, Values


class ImageRequest(Request):
    """A picture, and the network that it is for."""

    network: NetworkReference
    image: str = Field(description="A PNG, JPEG or WebP file in base64, or as a `data:` URL.")


class ImageSource(Answer):
    """What a picture is by itself."""

    format: str
    width: Count
    height: Count
    mode: str = Field(description="Its channels, in Pillow's words: L is grey, P has a palette, A is transparency.")
    frames: Count = Field(description="How many pictures the file holds; the first is taken.")


class ImageStep(Answer):
    """One thing that was done to a picture, and the shape after it."""

    operation: str
    detail: str
    shape: list[Count]


class ImageAnswer(Answer):
    """A picture as an input, and how it was made."""

    inputs: Values = Field(description="One example, in the network's input shape.")
    shape: list[Count]
    source: ImageSource
    steps: list[ImageStep]
