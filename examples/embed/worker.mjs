console.log("worker: one piece of work");
setTimeout(() => {}, 300);
