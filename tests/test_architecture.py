"""The invariants of ARCHITECTURE.md, each held by a few lines."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "static" / "src"


def imported(path: Path) -> Iterator[str]:
    """Return the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def scripts() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.ts*")) if path.suffix in {".ts", ".tsx"}]


def code(path: Path) -> str:
    """Return a script without its comments."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"(^|\s)//.*", "", text)


@pytest.mark.parametrize("path", modules("app/nn"), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_imports_numpy_and_the_standard_library_only(path: Path) -> None:
    for module in imported(path):
        top = module.split(".")[0]
        assert top == "numpy" or module.startswith("app.nn") or top in sys.stdlib_module_names, module


def test_the_core_does_no_input_or_output() -> None:
    forbidden = {"asyncio", "http", "io", "os", "pathlib", "shutil", "socket", "subprocess", "tempfile", "urllib"}
    for path in modules("app/nn"):
        assert not {module.split(".")[0] for module in imported(path)} & forbidden, path
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert "open" not in names, path


def test_only_the_api_the_pages_and_the_wiring_know_http() -> None:
    http = {"fastapi", "starlette", "uvicorn", "http"}
    wiring = {ROOT / "app" / f"{name}.py" for name in ("main", "pages", "serving")}
    client = ROOT / "app" / "datasets" / "download.py"
    allowed = {*wiring, *modules("app/api"), client}
    for path in modules("app"):
        if path not in allowed:
            assert not {module.split(".")[0] for module in imported(path)} & http, path


def test_only_the_command_line_imports_the_wiring() -> None:
    for path in modules("app"):
        if "cli" not in path.parts:
            assert "app.main" not in set(imported(path)), path


def test_only_the_client_of_the_api_talks_to_the_server() -> None:
    calls = re.compile(r"\bfetch\(|\bEventSource\b|\bXMLHttpRequest\b|\bsendBeacon\b|\bWebSocket\b")
    assert {path.relative_to(SOURCE).as_posix() for path in scripts() if calls.search(code(path))} <= {"api.ts"}


PURE_MODULES = ("layout", "detail", "scene", "camera", "color", "format", "minimap", "safetensors")
PURE = [SOURCE / f"{name}.ts" for name in PURE_MODULES]


def test_the_graph_is_given_plain_data_and_never_reads_the_store() -> None:
    store = re.compile(r"""from\s+["'][^"']*/(store|actions|api)(\.js|\.ts)?["']""")
    for path in [*PURE, *sorted((SOURCE / "render").glob("*.ts"))]:
        assert path.exists(), path
        assert not store.search(code(path)), path


def test_pure_modules_know_no_page() -> None:
    page = re.compile(r"\b(document|window)\.|\blocalStorage\b|\bperformance\.")
    for path in PURE:
        assert not page.search(code(path)), path


def test_only_actions_write_the_store() -> None:
    write = re.compile(r"\bstore\??\.(?!get\b|subscribe\b)\w+\(")
    writers = {path.relative_to(SOURCE).as_posix() for path in scripts() if write.search(code(path))}
    assert "actions.ts" in writers
    assert all(re.fullmatch(r"actions(_\w+)?\.ts", name) for name in writers)


def test_no_markup_is_made_of_text() -> None:
    markup = re.compile(r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write\b")
    assert not [path for path in scripts() if markup.search(code(path))]


def test_templates_have_no_inline_script_or_style() -> None:
    for path in sorted((ROOT / "templates").glob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert "<style" not in text, path
        assert not re.search(r"\s(style|on\w+)=", text), path
        assert not re.search(r"""(src|href)=["']https?:""", text), path
