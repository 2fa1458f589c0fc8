module attack {
    requires java.base;
    uses javax.annotation.processing.Processor;
    provides javax.annotation.processing.Processor with Main;
}
