"""What is said of a data set: shared by the API and the command line."""

from typing import Any

from app.datasets import Dataset, Folders, is_here


def describe_dataset(dataset: Dataset, folders: Folders) -> dict[str, Any]:
    """Return the record of a data set as it is sent."""
    options = dataset.read_options({})
    files = dataset.files
    download = None
    if files is not None and files.downloads:
        download = {"bytes": files.download_bytes, "files": len(files.downloads)}
    return {
        "name": dataset.name,
        "title": dataset.title,
        "description": dataset.description,
        "task": dataset.task,
        "shape": dataset.shape,
        "classes": dataset.classes_of(options),
        "features": dataset.features,
        "target": dataset.target,
        "splits": dict(dataset.sizes(options)),
        "levels": dataset.levels,
        "options": {option.name: option.schema for option in dataset.options},
        "source": dataset.source,
        "licence": dataset.licence,
        "own": dataset.own,
        "here": is_here(dataset, folders),
        "download": download,
    }
