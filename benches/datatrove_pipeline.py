"""A datatrove pipeline with the per-document steps of `trommel run llama3`, for comparison: FineWeb's order and filters.

    python datatrove_pipeline.py IN_FOLDER OUT_FOLDER lid.176.ftz

Deduplication is left out on this side; `trommel run` has it in its figure.
"""

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LanguageFilter,
    URLFilter,
)
from datatrove.pipeline.formatters import PIIFormatter
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers import ParquetWriter
from datatrove.utils.lid import FT176LID


class LocalModel(FT176LID):
    """The predictor with a model from disk; datatrove's own downloads one."""

    def __init__(self, path):
        super().__init__(None)
        self.path = path

    @property
    def model(self):
        if self._model is None:
            from fasttext.FastText import _FastText

            self._model = _FastText(self.path)
        return self._model


def url_filter():
    from tldextract import TLDExtract

    stage = URLFilter()
    stage.tldextractor = TLDExtract(suffix_list_urls=())  # the list that it ships: no network
    return stage


def main(source, target, model):
    language = LanguageFilter(language_threshold=0.65)
    language.model = LocalModel(model)
    pipeline = [
        WarcReader(source, glob_pattern="*.warc.gz"),
        url_filter(),
        Trafilatura(favour_precision=True, timeout=1),
        language,
        GopherRepetitionFilter(),
        GopherQualityFilter(),
        C4QualityFilter(filter_no_terminal_punct=False),
        FineWebQualityFilter(),
        PIIFormatter(),
        ParquetWriter(f"{target}/documents"),
    ]
    LocalPipelineExecutor(pipeline, tasks=1, workers=1, logging_dir=f"{target}/logs").run()


if __name__ == "__main__":
    main(*sys.argv[1:])
