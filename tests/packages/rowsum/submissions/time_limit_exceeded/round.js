// Goes round for ever.
for (;;);
