"""CPython's tests of multiprocessing under the start method fork.

The interpreters ship these tests in one piece, and not all of them ship the modules that make them
runnable for a start method; hence this one, whose name the spawned processes can import too.
"""

from test._test_multiprocessing import (  # type: ignore[import-not-found]
    install_tests_in_module_dict,
)

install_tests_in_module_dict(globals(), "fork")
