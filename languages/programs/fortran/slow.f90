program main
  implicit none
  integer, volatile :: steps
  do
    steps = 1
  end do
end program main
