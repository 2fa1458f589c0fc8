program main
  implicit none
  error stop 3
end program main
