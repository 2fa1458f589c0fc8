program main
  implicit none
  integer :: a, b, i
  integer, volatile :: steps
  read *, a, b
  steps = 0
  do i = 1, 10000000
    steps = steps + 1
  end do
  print '(i0)', a + b + steps - 10000000
end program main
