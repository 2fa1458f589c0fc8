#lang racket
(error "crash")
