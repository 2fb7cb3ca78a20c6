"""Pictures as inputs: reading PNG, JPEG and WebP from anybody, and making of them what a network takes."""

from app.images.decoding import FORMATS, Opened, Source, open_picture
from app.images.preparing import Prepared, Step, picture_shape, prepare

__all__ = ["FORMATS", "Opened", "Prepared", "Source", "Step", "open_picture", "picture_shape", "prepare"]
