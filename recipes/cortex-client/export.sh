#!/bin/sh
# Cortex's own client: every entry up to a minute ago in audit-logs.json, and a check that none is missing.
#
# The client takes a page whose JSON is broken for the end, and exits with 0. The total that it prints is the number of entries
# that it has read, so the number to compare with comes from a second request, for a single page. It has no
# time limit, so `timeout` ends it after five minutes, with exit code 124; an export of very many entries needs a larger one.
#
#     pip install -r requirements.txt
#     CORTEX_BASE_URL=http://127.0.0.1:8080 CORTEX_API_KEY=mock-admin sh export.sh
#
# Without the two variables it does the same with the Cortex API that `cortex login` has set up.
set -eu

# What comes while it reads comes behind a fixed end, and what comes late does where the end lies far enough back.
end=$(python3 - <<'EOF'
import datetime

end = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)
print(end.strftime("%Y-%m-%dT%H:%M:%S"))
EOF
)
timeout 300 cortex audit-logs get --end-time "$end" > audit-logs.json
timeout 300 cortex audit-logs get --end-time "$end" --page 0 --page-size 1 > newest.json

python3 - <<'EOF'
import json


def member(path, name):
    try:
        with open(path) as file:
            return json.load(file)[name]
    except (ValueError, KeyError, TypeError):
        raise SystemExit(f"{path} is no page of entries: the answer was broken; run this again") from None


read, total = len(member("audit-logs.json", "logs")), member("newest.json", "total")
print(f"{read} entries of {total}")
raise SystemExit(read != total)
EOF
