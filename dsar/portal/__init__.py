"""The data subject's pages: they ask engine, cases and registers, say it in plain words, and decide nothing."""
