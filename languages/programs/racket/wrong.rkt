#lang racket
(displayln 41)
