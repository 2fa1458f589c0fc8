error("crash");
