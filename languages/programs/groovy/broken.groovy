println "open
