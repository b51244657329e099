#!/usr/bin/env python3
"""Makes an archive of saved requests and replies out of rows: NAME/request.json and NAME/reply.json.gz.

    make_archive.py -o DIR --form v7.1.8 --rows FILE... --job SERVICE EVENT START END ...

START and END are unix seconds, both inclusive, as on the wire; NAME is SERVICE.EVENT.DATE, the date (UTC) of
START, with -HHMMSS-LENGTHs added when the window is not one whole day. --day SERVICE EVENT YYYY-MM-DD is the
short form.
The same rows and jobs give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
from datetime import datetime, timezone
from typing import List, Tuple

sys.dont_write_bytecode = True

from engine import FORMS, Engine  # noqa: E402
from rows import RowStore  # noqa: E402

DAY = 86400
Job = Tuple[str, str, int, int]


def day_job(service: str, event: str, day: str) -> Job:
    start = int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp())
    return service, event, start, start + DAY - 1


def job_name(job: Job) -> str:
    service, event, start, end = job
    begin = datetime.fromtimestamp(start, timezone.utc)
    whole = start % DAY == 0 and end - start == DAY - 1
    return f"{service}.{event}.{begin:%Y-%m-%d}" + ("" if whole else f"-{begin:%H%M%S}-{end - start + 1}s")


def write_job(directory: str, engine: Engine, job: Job, language: str) -> int:
    """Writes one request and its reply; the number of bytes written."""
    service, event, start, end = job
    request = {
        "app_service": service,
        "profile_language_type": language,
        "profile_event_type": event,
        "tag_filter": "",
        "time_start": start,
        "time_end": end,
    }
    answer = engine.profile(request)
    if answer.status != 200:
        raise SystemExit(f"make_archive: {job_name(job)}: {answer.body['DESCRIPTION']}")
    folder = os.path.join(directory, job_name(job))
    os.makedirs(folder, exist_ok=True)
    texts = {
        "request.json": (json.dumps(request, indent=1, ensure_ascii=False) + "\n").encode(),
        "reply.json.gz": gzip.compress(answer.encode(), 9, mtime=0),
    }
    for name, data in texts.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    return sum(len(data) for data in texts.values())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", required=True, metavar="DIR")
    parser.add_argument("--rows", nargs="+", action="extend", required=True, metavar="FILE")
    parser.add_argument("--form", choices=sorted(FORMS), default="v7.1.8")
    parser.add_argument("--language", default="eBPF")
    parser.add_argument(
        "--job", nargs=4, action="append", default=[], metavar=("SERVICE", "EVENT", "START", "END")
    )
    parser.add_argument("--day", nargs=3, action="append", default=[], metavar=("SERVICE", "EVENT", "DATE"))
    options = parser.parse_args()
    jobs: List[Job] = [(service, event, int(start), int(end)) for service, event, start, end in options.job]
    jobs += [day_job(*day) for day in options.day]
    store = RowStore(0)
    store.load(options.rows)
    engine = Engine(store, FORMS[options.form])
    size = sum(write_job(options.output, engine, job, options.language) for job in jobs)
    print(f"{len(jobs)} requests and replies, {size} bytes, in {options.output}")


if __name__ == "__main__":
    main()
