#!/usr/bin/env bash
# Makes the tests; nobody runs this.
scripts/run-generator.sh
