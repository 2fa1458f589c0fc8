"""Tests against another kernel than this machine's: a virtual machine with control groups version 2 and AppArmor."""
