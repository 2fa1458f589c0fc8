{ print 41 }
