#lang racket
(let again () (again))
