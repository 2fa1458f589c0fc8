console.log(require("fs").readFileSync(0, "utf8").trim().split(" ").reduce((a, b) => (b.length > a.length ? b : a)));
