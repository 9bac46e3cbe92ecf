"""Parses a file of Go or Java, by its ending; tells the lines that are no such language."""

import sys

import tree_sitter_go
import tree_sitter_java
from tree_sitter import Language, Parser

LANGUAGES = {"go": tree_sitter_go, "java": tree_sitter_java}


def errors(node):
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        yield from errors(child)


path = sys.argv[1]
language = LANGUAGES[path.rsplit(".", 1)[1]]
with open(path, "rb") as file:
    tree = Parser(Language(language.language())).parse(file.read())
found = [f"{path}:{node.start_point.row + 1}: {node}" for node in errors(tree.root_node)]
print("\n".join(found))
sys.exit(bool(found))
