"""Records datatrove's MinHash signatures for texts of plain words, as `stages/dedup/datatrove.rs` expects them.

    pip install datatrove[processing] && python benches/dedup_datatrove.py

Prints, for a few texts and sizes, the first and last values and a checksum of `MinhashDedupSignature.get_signature` over
shingles of the words between white space of `simplify_text` (the language's tokenizer left out). Defaults of
`MinhashConfig`: seed 1, xxhash, 64 bits.
"""

import numpy as np
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.utils.hashing import create_hash_func
from datatrove.utils.text import ngrams, simplify_text

TEXTS = [
    "the ferry leaves at nine from the old pier",
    "Café déjà-vu: 3.14 and 1,234 naïve ÅNGSTRÖM units, on the 2nd of many days!",
    " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(300)),
    "我们去 Paris 看 看 塔 好 吗 再 来",
]


def signature(text, config):
    step = MinhashDedupSignature.__new__(MinhashDedupSignature)
    step.config, step._parameters = config, None
    step.num_hashes = config.num_buckets * config.hashes_per_bucket
    hashed = create_hash_func(config.hash_config)
    words = simplify_text(text, config.norm_config).split()
    shingles = np.fromiter((hashed(" ".join(x)) for x in ngrams(words, config.n_grams)), dtype=np.uint64)
    with np.errstate(over="ignore"):
        return [value for bucket in step.get_signature(shingles.reshape((-1, 1))) for value in bucket]


for bands, rows, ngram in [(14, 8, 5), (20, 10, 3)]:
    config = MinhashConfig(n_grams=ngram, num_buckets=bands, hashes_per_bucket=rows)
    for place, text in enumerate(TEXTS):
        values = signature(text, config)
        total = 0
        for value in values:  # every value, and its place
            total = (total * 0x9E3779B97F4A7C15 + value) % 2**64
        print(f"({bands}, {rows}, {ngram}, {place}, {values[0]}, {values[-1]}, {total}),")
