"""Plays histories of one series on Whisper: a line of JSON each, answered by a line of JSON."""

import json
import os
import sys
import tempfile

import whisper


def play(history):
    """Returns what each fetch of the history answers."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "series.wsp")
        whisper.create(
            path,
            [tuple(archive) for archive in history["archives"]],
            xFilesFactor=history["xFilesFactor"],
            aggregationMethod=history["rollUp"],
        )
        answers = []
        for step in history["steps"]:
            if "value" in step:
                whisper.update_many(path, [(step["second"], step["value"])], now=step["now"])
                continue
            found = whisper.fetch(path, step["from"], step["until"], now=step["now"])
            answers.append(None if found is None else [*found[0], found[1]])
        return answers


for line in sys.stdin:
    print(json.dumps(play(json.loads(line))), flush=True)
