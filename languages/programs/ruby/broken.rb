puts 'open
