"""Follows Python source by its syntax tree; runs none of it.

The rule: every syntax node is either computed, or makes everything that it could have changed unknown. An undecided
branch is taken both ways.
"""

import ast
from dataclasses import dataclass
from typing import Any

from visualizer.source_code.python import calls
from visualizer.source_code.python.budget import Budget, Exhausted
from visualizer.source_code.python.expressions import EXPRESSIONS
from visualizer.source_code.python.following import PLAIN, Following, Left, Raised, Returned
from visualizer.source_code.python.library import Library
from visualizer.source_code.python.operations import CONTAINERS
from visualizer.source_code.python.quoting import Quotes
from visualizer.source_code.python.statements import STATEMENTS
from visualizer.source_code.python.values import (
    REST,
    Class,
    Function,
    Instance,
    Partial,
    Stream,
    View,
)
from visualizer.source_code.python_source import SourceError, cannot_follow

STOPPED = "The source does too much from here on; what comes after this line is left out."


# What the text itself says; other values are the library's, or do not follow.
_FOLLOWED = (*PLAIN, *CONTAINERS, Function, Class, Partial, Instance, Stream, View)


@dataclass(init=False)
class Interpreter(Following):
    """Follows a syntax tree with the vocabulary of a library.

    Attributes:
        at: The line of the module's statement that is being followed.
    """

    at = 0

    def __init__(self, library: Library, budget: Budget, lines: list[bytes]) -> None:
        super().__init__(library, budget, Quotes(lines), EXPRESSIONS, STATEMENTS)

    def follow(self, module: ast.Module) -> None:
        """Follow the whole source, or as much as is followed of any; that is noted.

        Raises:
            SourceError: It is nested too deeply, makes too much, or does too much before anything is built.
        """
        try:
            for statement in module.body:
                self._follow_statement(statement)
        except Exhausted as error:
            if not self.library.understood_calls:
                raise cannot_follow("It does too much before the network is built.") from error
            self.library.assume(self.budget.line, STOPPED)
        except RecursionError as error:
            raise SourceError("The source cannot be followed.", "It is nested too deeply.", "Simplify it.") from error

    def follow_uncalled(self, module: ast.Module) -> None:
        """Follow functions and classes that are meant for another program, and models, which the library calls."""
        try:
            self._follow_uncalled(module)
        except (Returned, Left, Raised, Exhausted):
            pass
        except RecursionError as error:
            raise SourceError("The source cannot be followed.", "It is nested too deeply.", "Simplify it.") from error

    def call_instance(self, instance: Instance, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """Follow what a library does when a layer or a model of the source is called."""
        return calls.call_instance(self, instance, arguments, keywords)

    def call(self, function: Function, arguments: list[Any]) -> Any:
        """Follow what a library does when it calls a function of the source."""
        return calls.call_function(self, function, arguments, {}, function.code)

    def call_uncalled(self, item: Function | Class) -> None:
        """Follow a function, or create an object of a class, that the source itself does not call."""
        try:
            if isinstance(item, Function):
                calls.call_function(self, item, [], {}, item.code)
            else:
                code = next((found.code for found in item.attributes.values() if isinstance(found, Function)), None)
                if code is not None:
                    calls.instantiate(self, item, [], {}, code)
        except (Returned, Left, Raised, Exhausted):
            pass
        except RecursionError as error:
            raise SourceError("The source cannot be followed.", "It is nested too deeply.", "Simplify it.") from error

    def call_method(self, function: Function, instance: Instance) -> None:
        """Follow a method that the library calls; of its arguments nothing is known."""
        try:
            calls.call_function(self, function, [instance], {}, function.code, instance=instance)
        except (Returned, Left, Raised, Exhausted):
            pass
        except RecursionError as error:
            raise SourceError("The source cannot be followed.", "It is nested too deeply.", "Simplify it.") from error

    def _follow_statement(self, statement: ast.stmt) -> None:
        before, self.at = self.library.understood_calls, statement.lineno
        self.began = self.budget.evaluations, before
        try:
            self.statement(statement)
        except (Returned, Left):
            pass
        except Raised:
            self.library.skip(
                statement.lineno, statement.lineno, "The program raises an exception here; what follows is read."
            )
        quiet = isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Pass)
        constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        followed = isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.If)
        plain = followed and not any(isinstance(node, ast.Call) for node in ast.walk(statement))
        if self.library.understood_calls == before and not (quiet or constant or plain or self._is_told(statement)):
            self.library.skip(statement.lineno, statement.end_lineno or statement.lineno, "")

    def _is_told(self, statement: ast.stmt) -> bool:
        """Whether something that a statement changes is known afterwards, so that it was followed and not skipped."""
        effects = self.effects([statement])
        passing = {
            name.id
            for node in ast.walk(statement)
            for target in [getattr(node, "target", None), getattr(node, "optional_vars", None)]
            if isinstance(node, ast.For | ast.AsyncFor | ast.withitem) and target is not None
            for name in ast.walk(target)
            if isinstance(name, ast.Name)
        }
        if any(self._is_known(self.look_up(name)) for name in effects.names - passing):
            return True
        stored = [node for node in ast.walk(statement) if isinstance(node, ast.Attribute | ast.Subscript)]
        changed = [self.peek(node.value) for node in stored if not isinstance(node.ctx, ast.Load)]
        for call in effects.calls:
            if isinstance(call.func, ast.Attribute):
                changed.append(self.peek(call.func.value))
            elif isinstance(call.func, ast.Name) and (call.func.id == "setattr" or self._is_own(call.func)):
                changed += [self.peek(argument) for argument in call.args]
        return any(isinstance(item, list | dict | set | Instance | Class) and self._is_known(item) for item in changed)

    def _is_own(self, name: ast.Name) -> bool:
        return isinstance(self.look_up(name.id), Function)

    def _is_known(self, value: Any) -> bool:
        """Whether a value follows from the text, at least the outermost."""
        if isinstance(value, list | tuple | set):
            return all(isinstance(item, _FOLLOWED) or self.library.is_same(item, item) for item in value)
        if isinstance(value, dict | Instance):
            return REST not in (value if isinstance(value, dict) else value.attributes)
        return isinstance(value, _FOLLOWED) or self.library.is_built(value)

    def _follow_uncalled(self, module: ast.Module) -> None:
        made = [node.func for node in ast.walk(module) if isinstance(node, ast.Call)]
        called = {function.id for function in made if isinstance(function, ast.Name)}
        called |= {function.attr for function in made if isinstance(function, ast.Attribute)}
        for name, value in list(self.scope.names.items()):
            if name in called:
                continue
            if isinstance(value, Function):
                calls.call_function(self, value, [], {}, value.code)
            elif isinstance(value, Class):
                self._follow_class(value, called)
        # A model comes before its layers, which it calls itself.
        for instance in list(self.instances):
            kind = instance.created_from
            if (kind.find(calls.CALL) or kind.find("forward")) and id(instance) not in self.called:
                self.call_instance(instance, [], {})

    def _follow_class(self, followed: Class, called: set[str]) -> None:
        code = next((item.code for item in followed.attributes.values() if isinstance(item, Function)), None)
        if code is None:
            return
        instance = calls.instantiate(self, followed, [], {}, code)
        for name, method in list(followed.attributes.items()):
            follows = isinstance(method, Function) and not (followed.find(calls.CALL) or followed.find("forward"))
            if follows and name not in called and not name.startswith("_") and followed.kinds.get(name) != "property":
                bound = [] if followed.kinds.get(name) == "staticmethod" else [instance]
                calls.call_function(self, method, bound, {}, method.code)
