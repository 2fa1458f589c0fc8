program main
  implicit none
  integer :: a, b
  read *, a, b
  print '(i0)', a + b + descend(700000) - 700000
contains
  recursive function descend(depth) result(found)
    integer, intent(in) :: depth
    integer :: found
    integer, volatile :: frame(24)
    frame(1) = depth
    found = 0
    if (depth > 0) found = descend(depth - 1) + 1 + frame(1) - depth
  end function descend
end program main
