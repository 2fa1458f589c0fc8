import common

common.say()
