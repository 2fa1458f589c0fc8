class Adder {
    private long sum = 0;

    void add(long number) {
        sum += number;
    }

    long sum() {
        return sum;
    }
}
