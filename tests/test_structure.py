"""What the layout promises: imports only go down, heavy libraries stay where they belong, no text is evaluated."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tightcheck"
LAYERS = (
    {"family", "design", "once", "atomic"},
    {"verdict", "families", "refused", "matrices", "parametrise"},
    {"registry", "expression", "product"},
    {"serial", "span"},
    {"kernel"},
    {"joint"},
    {"density"},
    {"rules"},
    {"decide", "reading"},
    {"read_yaml", "account", "coq", "claims"},
    {"analysis"},
    {"numeric", "laws"},
    {"training"},
    {"attack"},
    {"report"},
    {"__init__"},
    {"sweep", "atlas", "suggestions"},
    {"strategies", "plugin"},
    {"hypothesis_types"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
"""Lowest first; a module may import its own layer's own package and every layer below."""

OUTSIDE = {"experiments", "proofs"}
ALLOWED = {
    "torch": (
        "experiments/",
        "tightcheck/laws/",
        "tightcheck/numeric/",
        "tightcheck/reading/live.py",
        "tightcheck/reading/watched.py",
        "tightcheck/reading/recording.py",
        "tightcheck/sweep/train.py",
        "tightcheck/training/",
        "tightcheck/attack/",
        "tests/",
    ),
    "scipy": ("experiments/", "tightcheck/laws/", "tightcheck/numeric/", "tightcheck/training/", "tests/"),
    "matplotlib": ("experiments/",),
    "hypothesis": ("experiments/", "tightcheck/strategies/", "tests/"),
    "pytest": ("tightcheck/plugin.py", "tests/"),
    "ray": ("tightcheck/sweep/",),
    "rich": ("tightcheck/commands/", "tightcheck/training/", "experiments/"),
    "pydantic": ("tightcheck/reading/", "tightcheck/read_yaml.py", "tests/test_shape.py"),
    "yaml": ("tightcheck/reading/", "tests/", "tightcheck/strategies/"),
}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (file for file in sorted((ROOT / folder).rglob("*.py")) if not _is_reached_twice(file))


def _is_reached_twice(file: Path) -> bool:
    return any(parent.is_symlink() for parent in file.parents)


def imports(file: Path) -> Iterator[str]:
    """The full names that a file imports, wherever in it; those for type checkers alone are left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    unseen = {id(inner) for node in ast.walk(tree) if _is_for_types(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module}.{alias.name}" for alias in node.names)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def layer_of(name: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if name in layer)


def test_every_module_has_a_layer() -> None:
    found = {entry.stem for entry in PACKAGE.iterdir() if entry.suffix == ".py" or (entry / "__init__.py").exists()}
    assert found - OUTSIDE == set().union(*LAYERS)


def upward(file: Path, name: str) -> list[str]:
    """The imports of a file of module `name` that go up, or sideways into another module of its layer."""
    own = layer_of(name)
    found = [*imports(file)]
    assert not [target for target in found if target.startswith(".")], f"{file} imports relatively"
    targets = (target.split(".")[1] for target in found if target.startswith("tightcheck."))
    named = [target if any(target in layer for layer in LAYERS) else "__init__" for target in targets]
    return [target for target in named if target != name and layer_of(target) > own]


@pytest.mark.parametrize("file", [*sources("tightcheck", "families")], ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_only_go_down(file: Path) -> None:
    name = (
        "families" if file.is_relative_to(ROOT / "families") else file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    )
    assert upward(file, name) == []


def test_an_upward_import_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "kernel.py"
    file.write_text("def f():\n    from tightcheck.rules import member\n    from tightcheck import span\n")
    assert upward(file, "kernel") == ["rules"]


def test_nothing_imports_experiments_or_proofs() -> None:
    for file in sources("tightcheck", "families"):
        assert not [
            target for target in imports(file) if target.startswith(("tightcheck.experiments", "tightcheck.proofs"))
        ]


@pytest.mark.parametrize("library", [*ALLOWED])
def test_libraries_stay_where_they_belong(library: str) -> None:
    for file in sources("tightcheck", "families", "proofs", "experiments", "tests"):
        place = file.relative_to(ROOT).as_posix()
        uses = any(target.split(".")[0] == library for target in imports(file))
        assert not uses or place.startswith(ALLOWED[library]), f"{place} imports {library}"


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running the code."""
    command = [sys.executable, "-c", f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split())


def test_import_tightcheck_is_light() -> None:
    assert not loaded_by("import tightcheck") & {"sympy", "numpy", "pydantic", "yaml", "click", "networkx", "rich"}


def test_help_needs_click_alone() -> None:
    code = "from tightcheck.cli import main\nmain(['--help'], standalone_mode=False)"
    assert not loaded_by(code) & {"sympy", "numpy", "pydantic", "yaml", "networkx", "rich"}


def test_the_kernel_needs_no_rules() -> None:
    code = "import tightcheck.kernel, sys\nassert not [n for n in sys.modules if n.startswith('tightcheck.rules')]"
    assert not loaded_by(code) & {"torch", "scipy", "pydantic", "yaml", "rich", "networkx"}


def test_no_text_is_evaluated() -> None:
    """`parse_expr` and `sympify` of a string call `eval`."""
    for file in sources("tightcheck", "families"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called.split(".")[-1] not in {"exec", "parse_expr", "__import__"}, f"{file}:{node.lineno}"
                assert called != "eval", f"{file}:{node.lineno}"


def test_no_work_is_left_in_a_comment() -> None:
    for file in sources("tightcheck", "families", "experiments", "proofs"):
        marks = re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b|/(?:home|Users)/", file.read_text(encoding="utf-8"))
        assert not marks, f"{file.relative_to(ROOT)}: {marks}"
