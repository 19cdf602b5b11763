#!/bin/sh
# Does what it is told on stdin, line by line.
while read -r line; do eval "$line"; done
