// Something that needs a moment before it can work.
setTimeout(() => console.log("store: ready"), 200);
setInterval(() => {}, 60_000);
