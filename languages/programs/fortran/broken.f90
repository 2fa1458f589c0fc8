program main
  implicit none
  integer :: number
  number = undeclared
end program main
