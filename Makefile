# The commands of this repository; README.md tells what each does.
# Settings come from the environment or from .env (see CONTRIBUTING.md).

PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
SUITE = PYTHONPATH=tools $(PYTHON) -m suite

.DEFAULT_GOAL := help
COMMANDS = run setup test bench shell lint i18n stop clean
.PHONY: help $(COMMANDS)

help:
	@echo "make run      set everything up and serve on http://127.0.0.1:8069"
	@echo "make test     run all tests        (PART=unit|addons|e2e, ARGS=\"-k name\")"
	@echo "make setup    all of run but serving"
	@echo "make shell    Odoo shell on the demo database (make -s shell < script.py)"
	@echo "make bench    run the benchmarks"
	@echo "make lint     static checks"
	@echo "make i18n     export the terms and merge the translations"
	@echo "make stop     stop the server"
	@echo "make clean    drop this checkout's database and files (ARGS=--all: platform too)"

$(COMMANDS):
	@$(SUITE) $@
