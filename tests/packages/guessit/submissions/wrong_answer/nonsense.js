console.log("seven?");
