program main
  implicit none
  print '(i0)', 41
end program main
