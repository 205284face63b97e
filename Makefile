# The two set-up commands of the README: `make demo` and `make test`. Each makes .venv and installs what is missing.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo test lint types architecture tests format package clean

demo: $(INSTALLED)
	$(BIN)/unet-desktop demo demo
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
		echo "Opening the window on demo/project"; $(BIN)/unet-desktop demo/project; \
	else \
		echo "There is no display; with one, open the window: $(BIN)/unet-desktop demo/project"; \
	fi

test: lint types architecture tests

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

architecture: $(INSTALLED)
	$(BIN)/lint-imports

tests: $(INSTALLED)
	$(BIN)/python -m pytest -n 2

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

package: $(INSTALLED)
	packaging/build

clean:
	rm -rf .venv demo build dist

$(INSTALLED): pyproject.toml packaging/set-up
	PYTHON="$(PYTHON)" packaging/set-up
	@touch $@
