"""CPython's tests of multiprocessing under forkserver; see `multiprocessing_fork`."""

from test._test_multiprocessing import (  # type: ignore[import-not-found]
    install_tests_in_module_dict,
)

install_tests_in_module_dict(globals(), "forkserver")
