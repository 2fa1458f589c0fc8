number : Int32 = "text"
