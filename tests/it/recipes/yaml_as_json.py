"""The documents of a YAML file as one JSON array."""

import json
import sys

from ruamel.yaml import YAML

with open(sys.argv[1]) as file:
    print(json.dumps(list(YAML(typ="safe", pure=True).load_all(file))))
