package com.example.shop;

import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import java.util.List;

/** What caller and provider share. */
@MoaService
@Timeout(millis = 10_000)
public interface Stock {

    List<Item> items(String shelf);

    record Item(String name, int pieces) {}
}
